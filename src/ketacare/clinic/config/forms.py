"""How forms are drawn: every field through ``_field.html``, widgets overridable in templates/."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Django's widgets, our field: label, hint, error, control, in this order."""

    form_template_name = "_form_fields.html"
    field_template_name = "_field.html"
