"""The papers of a shipment: labels, invoices, packing slips, battery forms and QR codes."""
