"""Settings, routes, middleware and the ASGI entry of the clinic."""
