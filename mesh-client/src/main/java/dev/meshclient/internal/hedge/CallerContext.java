package dev.meshclient.internal.hedge;

import io.opentelemetry.context.Context;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * What is current on the thread of the caller, for the thread of a hedge: the caller's interceptors run there too.
 *
 * @param mdc of the log; null: there is none
 * @param context of traces, with the baggage
 */
record CallerContext(@Nullable Map<String, String> mdc, Context context) {
    static CallerContext capture() {
        return new CallerContext(MDC.getCopyOfContextMap(), Context.current());
    }

    /** Runs the task where this is current. */
    void run(Runnable task) {
        if (mdc != null) {
            MDC.setContextMap(mdc);
        }
        try {
            context.wrap(task).run();
        } finally {
            MDC.clear();
        }
    }
}
