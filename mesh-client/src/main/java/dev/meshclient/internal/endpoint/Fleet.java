package dev.meshclient.internal.endpoint;

import java.util.concurrent.atomic.AtomicInteger;

/** The endpoints of a service as a whole: says that one went out or came back. Outlives policies. */
public final class Fleet extends AtomicInteger {
    private static final long serialVersionUID = 1;

    /** A number that is another one after every change. */
    public int changes() {
        return get();
    }

    /** One went out or came back: whoever plans with them plans anew. */
    public void changed() {
        incrementAndGet();
    }
}
