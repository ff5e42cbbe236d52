package dev.meshclient.internal.call;

/**
 * The revision of the document that stated a service last. A later document that states the same changes only this
 * text.
 */
public final class Revision {
    private volatile String text;

    public Revision(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }

    /** A later document states the same. */
    public void text(String later) {
        text = later;
    }

    @Override
    public String toString() {
        return text;
    }
}
