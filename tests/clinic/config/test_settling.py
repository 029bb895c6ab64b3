"""The server loads everything before the first page, and keeps it out of the collector's sight."""

import gc

from django.template import engines

from ketacare.clinic.config.serving import settle
from ketacare.knowledge import load


def test_a_settled_server_has_its_pages_templates_and_content_loaded():
    try:
        settle()
        assert gc.get_freeze_count() > 0
        assert load.load_policy.cache_info().currsize == 1
        cached = engines["django"].engine.template_loaders[0].get_template_cache
        assert "base.html" in {key.split("-")[0] for key in cached}
        gc.collect()
        assert (
            len(gc.get_objects()) < gc.get_freeze_count()
        )  # what a full collection still looks through
    finally:
        gc.unfreeze()
