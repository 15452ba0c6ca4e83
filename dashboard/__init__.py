"""Look at runs as a person would: a Streamlit app over a folder of runs.

``data`` is the only reader, ``charts`` makes figures out of tables, ``showing`` is what pages share, and each
file of ``views`` is one page. Nothing here imports agents, models or recommenders: runs are started as
processes of their own.
"""
