"""Who works here, in which role, and what each role may do.

Views use ``decorators.requires`` and ``decorators.public``; everything else asks ``roles.may``.
"""
