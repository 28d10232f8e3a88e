"""Personal data: erase a person, export one, delete what is past its retention (R23)."""
