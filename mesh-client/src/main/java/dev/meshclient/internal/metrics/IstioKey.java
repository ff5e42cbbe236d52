package dev.meshclient.internal.metrics;

import io.micrometer.core.instrument.Tags;
import java.util.Locale;

/**
 * The labels of a series by Istio's names.
 *
 * @param service the service that the series leaves with
 * @param classOnly whether it holds what exceeds the limit: of the status only its class counts
 */
record IstioKey(
        String service,
        Reporter reporter,
        WorkloadNames source,
        WorkloadNames destination,
        ServiceNames called,
        RequestProtocol protocol,
        int status,
        String flags,
        Security security,
        boolean classOnly)
        implements BoundedSeries.Key<IstioKey> {
    static final String NO_FLAG = "-";
    private static final int CLASS = 100;
    private static final int NO_CLASS = 999;

    /** The side that counts: calls are those of the source, inbound requests those of the destination. */
    enum Reporter {
        SOURCE,
        DESTINATION;

        String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The protocols that Istio tells apart. */
    enum RequestProtocol {
        HTTP,
        GRPC;

        String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The security of the connection. */
    enum Security {
        MUTUAL_TLS,
        NONE,
        UNKNOWN;

        String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private boolean isInbound() {
        return reporter == Reporter.DESTINATION;
    }

    /** Success rates stay right: the own side, the called service and the class of the status are kept. */
    @Override
    public IstioKey others() {
        return new IstioKey(
                service,
                reporter,
                isInbound() ? WorkloadNames.NONE : source.unproven(),
                isInbound() ? destination.unproven() : WorkloadNames.NONE,
                called,
                RequestProtocol.HTTP,
                StatusClass.of(status) == StatusClass.OTHER ? NO_CLASS : status / CLASS * CLASS,
                NO_FLAG,
                Security.UNKNOWN,
                true);
    }

    Tags tags() {
        return source.tags(Reporter.SOURCE.tag())
                .and(destination.tags(Reporter.DESTINATION.tag()))
                .and(called.tags(destination))
                .and(
                        "reporter",
                        reporter.tag(),
                        "request_protocol",
                        protocol.tag(),
                        "response_code",
                        classOnly && status > 0 ? StatusClass.of(status).tag() : Integer.toString(status),
                        "grpc_response_status", // Kiali takes the response code instead
                        "",
                        "response_flags",
                        flags,
                        "connection_security_policy",
                        security.tag());
    }
}
