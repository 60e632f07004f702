"""A planner's file understood: the plan it becomes, what was not understood, and which of its own dates come out again.

answer          understand         the whole of it, as the verb ``import`` shows it
reproduction    reproduced         stored dates against those that the file's own logic gives
folder          plan_files         the plan as the files of a folder that loads to an equal plan
"""

from optimiser.importing.answer import Understood, understand
from optimiser.importing.folder import plan_files

__all__ = ["Understood", "plan_files", "understand"]
