package dev.meshclient.internal.route;

/** Whether a request matches is not known. The message says why. */
final class MatchGaveUp extends Exception {
    private static final long serialVersionUID = 1;

    MatchGaveUp(String why) {
        super(why, null, false, false);
    }
}
