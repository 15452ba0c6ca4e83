"""One script for each page; the app runs them by their paths.

The folder is not called ``pages``: Streamlit would show it on its own, past the app.
"""
