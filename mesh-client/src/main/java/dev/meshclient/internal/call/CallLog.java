package dev.meshclient.internal.call;

import java.io.IOException;
import okhttp3.Request;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs each call at its end, at DEBUG, in one line. Allocates nothing while DEBUG is off. */
final class CallLog {
    /** The log of all calls. */
    static final CallLog CALLS = new CallLog(LoggerFactory.getLogger("dev.meshclient.calls"));

    private final Logger log;

    CallLog(Logger log) {
        this.log = log;
    }

    /** The call is over, its body included. */
    void ended(Call call) {
        if (log.isDebugEnabled() && call.isOfMesh()) {
            log.debug("{}", line(call));
        }
    }

    private static String line(Call call) {
        Request request = call.request();
        IOException failure = call.failure();
        int status = call.status();
        String outcome = failure == null
                ? String.valueOf(status)
                : (status == 0 ? "failed" : status + ", and its body failed") + " (" + failure + ")";
        return (request.method() + " " + target(request) + ": " + outcome + " after " + call.elapsedNanos() / 1_000_000
                        + " ms; " + call.decision())
                .replaceAll("\\s*\\R\\s*", " ");
    }

    /** Without user, query and fragment, which may be confidential. */
    private static String target(Request request) {
        return request.url()
                .newBuilder()
                .username("")
                .password("")
                .query(null)
                .fragment(null)
                .build()
                .toString();
    }
}
