"""`SHOPPER_POLICY`: a TOML file → a `Policy`, with every mistake named with its line.

Reading never raises. A file that is wrong or gone is a policy with problems: nobody rents then.
"""

from bot.policy_file.file import PolicyFile
from bot.policy_file.read import load

__all__ = ["PolicyFile", "load"]
