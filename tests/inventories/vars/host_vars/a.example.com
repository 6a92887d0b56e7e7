w: exact
