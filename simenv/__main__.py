"""``python -m simenv`` is ``simenv``."""

from simenv.cli import main

if __name__ == "__main__":
    main()
