# user/user.mk - written by its room
