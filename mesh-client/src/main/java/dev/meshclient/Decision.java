package dev.meshclient;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The decisions of the mesh for a call: policy, route, backend and attempts. Only the mesh implements it; methods may be added. */
public interface Decision {
    /** No decision. */
    Decision NONE = new NoDecision("", "", "", "", List.of(), "");

    /**
     * The revision of the document that routed the call, such as {@code 2026-11/1842}: the one in force, or an older one whose policy for the
     * service is kept; empty before the first.
     */
    String policy();

    /** The service that claims the host; empty if none does. */
    String service();

    /** The rule that matched the request; empty if none did. */
    String rule();

    /** The backend chosen, {@code service} or {@code service/subset}; empty if none was. */
    String backend();

    /** The attempts in the order in which they began. */
    List<Attempt> attempts();

    /** A remark, such as {@code retry budget exhausted}; empty if there is none. */
    String detail();

    /** One attempt. */
    interface Attempt {
        /** The number of the attempt, from 1. */
        int number();

        /** {@code address:port}; empty if none was chosen. */
        String endpoint();

        /** The zone of the endpoint; empty if it is not known. */
        String zone();

        /** The outcome in a word; {@code running} while there is none. */
        String outcome();

        /** The status of the response; 0 if there was none. */
        int status();

        /** The time from its start to its outcome. */
        Duration duration();

        /** The failure of the network, of the response body too; null if the response is complete. */
        @Nullable
        String failure();
    }
}
