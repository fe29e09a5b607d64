"""Insurance: policies of shipments labelled here and elsewhere, and quotes that become policies."""
