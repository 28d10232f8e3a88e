"""Pure reads for event systems: is this number entitled, and to how much?"""
