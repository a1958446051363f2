"""The frame of the hub: settings, addresses, start-up; stands above the apps."""
