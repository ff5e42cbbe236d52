package dev.meshclient;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Why a call went where it went. Only the mesh implements it; facts may be added. */
public interface Decision {
    /** Nothing was decided. */
    Decision NONE = new NoDecision("", "", "", "", List.of(), "");

    /**
     * The document that routed the call, as {@code epoch/version}: the one in force, or an older one whose policy of the service
     * is kept; empty before the first.
     */
    String policy();

    /** The service that claims the host; empty if none does. */
    String service();

    /** The rule that took the request; empty if none did. */
    String rule();

    /** The backend chosen, {@code service} or {@code service/subset}; empty if none was. */
    String backend();

    /** In the order in which they began. */
    List<Attempt> attempts();

    /** A remark, as {@code retry budget exhausted}; empty if there is nothing to say. */
    String detail();

    /** One attempt. */
    interface Attempt {
        /** From 1 on. */
        int number();

        /** {@code address:port}; empty if none was chosen. */
        String endpoint();

        /** The zone of the endpoint; empty if it is not known. */
        String zone();

        /** What became of it, in a word; {@code running} while it has no outcome. */
        String outcome();

        /** Of the response; 0 if there was none. */
        int status();

        /** Until its outcome was known. */
        Duration duration();

        /** What the network said, of the body of a response too; null if the response is whole. */
        @Nullable
        String failure();
    }
}
