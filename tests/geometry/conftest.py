from hypothesis import settings

settings.register_profile("mesher", deadline=None, derandomize=True, max_examples=40)
