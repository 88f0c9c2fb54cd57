"""The helpdesk for assistants of others (Model Context Protocol): each tool is a call of the API."""
