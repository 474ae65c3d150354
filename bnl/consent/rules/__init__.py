"""Rule data: lawful bases, conditions and terms, dated and with their source."""
