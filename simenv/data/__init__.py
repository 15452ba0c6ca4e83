"""Data sets: found, parsed, split and measured, all in one shape."""

from simenv.data.assemble import Parsed, assemble
from simenv.data.register import load, names
from simenv.data.splits import item_statistics, split

__all__ = ["Parsed", "assemble", "item_statistics", "load", "names", "split"]
