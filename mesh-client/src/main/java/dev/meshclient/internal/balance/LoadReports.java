package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.Slot;
import dev.meshclient.internal.time.LogThrottle;
import okhttp3.Response;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the load reports of a service's endpoints from their responses, and logs headers that are none at most once a minute. */
final class LoadReports {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.endpoints");
    static final Slot<LoadReports> SLOT = Slot.of(() -> new LoadReports(LOG));

    private static final long LOG_NANOS = 60_000_000_000L;
    private static final int SHOWN = 100;

    private final Logger log;
    private final LogThrottle logged = new LogThrottle(LOG_NANOS);

    LoadReports(Logger log) {
        this.log = log;
    }

    void add(String backend, EndpointHealth endpoint, Response response, LoadWeights weights, long now) {
        String header = response.header(LoadReport.HEADER);
        if (header == null) {
            if (response.header(LoadReport.BINARY_HEADER) != null) {
                ignore(
                        backend,
                        endpoint,
                        LoadReport.BINARY_HEADER,
                        "TEXT or JSON is read from " + LoadReport.HEADER,
                        now);
            }
            return;
        }
        try {
            weights.add(endpoint, header, now);
        } catch (LoadReport.Malformed e) {
            ignore(backend, endpoint, shown(header), String.valueOf(e.getMessage()), now);
        }
    }

    private static String shown(String header) {
        return header.length() <= SHOWN ? header : header.substring(0, SHOWN) + "...";
    }

    private void ignore(String backend, EndpointHealth endpoint, String header, String why, long now) {
        if (logged.allows("", now)) {
            log.warn(
                    "a load report of endpoint {} of '{}' is ignored: {} ('{}'); other reports are logged in a minute",
                    endpoint.name(),
                    backend,
                    why,
                    header);
        }
    }
}
