// Closes the window of a sign-in: its outcome stands on the server, and shows in the page that opened it.
window.close();
