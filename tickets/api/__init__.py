"""The REST API for integrators: keys with scopes, JSON in and out, one shape for every error."""
