"""The server as a program: what pages need is loaded before anybody asks for the first of them."""

from __future__ import annotations


def warm() -> None:
    """Load the libraries that would otherwise make the first page and the first chart wait."""
    import plotly.graph_objects as go
    from scipy import special

    from dashboard import following, form, showing, tables
    from dashboard.data import paired
    from scenarios import loading

    go.Figure([go.Scatter(x=[0], y=[0]), go.Bar(x=[0], y=[0])]).to_json()
    del special, following, form, showing, tables, paired, loading


def main() -> None:
    """Serve what the command line says, as ``streamlit`` does."""
    warm()
    from streamlit.web import cli

    cli.main(prog_name="streamlit")


if __name__ == "__main__":
    main()
