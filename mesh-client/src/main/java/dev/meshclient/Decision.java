package dev.meshclient;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The decisions of the mesh for a call: policy, route, backend and attempts. Only the mesh implements it; methods may be added. */
public interface Decision {
    /** No decision. */
    Decision NONE = new NoDecision("", "", "", "", List.of(), "", "", List.of());

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

    /**
     * Why there was no further attempt, such as {@code retry budget exhausted}, or which limit refused the call; empty if nothing
     * needs a reason.
     */
    String detail();

    /** The failure of the call in the letters of Envoy's response flags; empty if there is none. */
    String reason();

    /**
     * What sections of the policy with {@code shadow: true} would have done with the call, each in a sentence such as
     * {@code limits would refuse the call: 4 calls in flight, of at most 4}; at most 16. Empty if they would have done nothing else.
     */
    List<String> shadow();

    /** One attempt. */
    interface Attempt {
        /** The number of the attempt, from 1. */
        int number();

        /** {@code address:port}; empty if none was chosen. */
        String endpoint();

        /** The zone of the endpoint; empty if it is not known. */
        String zone();

        /**
         * Why the mesh chose this endpoint: priority, zone and its share, algorithm or key, endpoints it avoided, panic, a probe;
         * empty if the mesh did not choose it. Each call of this method makes the text.
         */
        String pick();

        /** Why it repeats the attempt before, with the pause; empty for the first. Each call of this method makes the text. */
        String retry();

        /** The outcome in a word; {@code running} while there is none. */
        String outcome();

        /** The status of the response; 0 if there was none. */
        int status();

        /** The time from its start to its outcome. */
        Duration duration();

        /** The failure of the network, of the response body too; null if the response is complete. */
        @Nullable
        String failure();

        /** Its failure in the letters of Envoy's response flags; empty if there is none. */
        String reason();
    }
}
