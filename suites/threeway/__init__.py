"""Three-way calls: hold, conference, call waiting and forwarding, proved at every phone that takes part, by
what each lists, is told and can hear."""
