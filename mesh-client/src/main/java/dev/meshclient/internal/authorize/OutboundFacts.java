package dev.meshclient.internal.authorize;

import dev.meshclient.authz.InboundRequest.Attribute;
import dev.meshclient.internal.authz.Authorization;
import dev.meshclient.internal.authz.Authorization.Facts;
import dev.meshclient.internal.text.HostPort;
import java.util.List;
import java.util.Map;
import okhttp3.HttpUrl;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * What the caller knows of a request before it is sent. It does not know how the peer reads a token or an encoded path, the
 * final address and port, or headers that network interceptors add.
 */
final class OutboundFacts implements Facts<Request> {
    private final Authorize.Caller caller;

    OutboundFacts(Authorize.Caller caller) {
        this.caller = caller;
    }

    @Nullable
    String identity() {
        return caller.identity().get();
    }

    @Override
    public boolean knows(Attribute attribute, Request request) {
        return switch (attribute) {
            case PRINCIPAL -> identity() != null;
            case SOURCE_ZONE -> !caller.zone().isEmpty();
            case METHOD, HOST -> true;
            case PATH -> isPlain(request.url().encodedPath());
            case TOKEN, PORT, HEADERS, SOURCE_IP, REMOTE_IP, DESTINATION_IP, SNI -> false;
        };
    }

    private static boolean isPlain(String path) {
        return path.indexOf('%') < 0 && Authorization.normalPath(path) != null;
    }

    @Override
    public @Nullable String text(Attribute attribute, Request request) {
        return switch (attribute) {
            case PRINCIPAL -> identity();
            case SOURCE_ZONE -> caller.zone();
            case METHOD -> request.method();
            case HOST -> host(request);
            case PATH -> request.url().encodedPath();
            default -> null;
        };
    }

    /** The host as OkHttp sends it. */
    private static String host(Request request) {
        String stated = request.header("Host");
        if (stated != null) {
            return stated;
        }
        HttpUrl url = request.url();
        String host = HostPort.bracketed(url.host());
        return url.port() == HttpUrl.defaultPort(url.scheme()) ? host : host + ":" + url.port();
    }

    /**
     * A header that is set is sent as it is; a header that is missing may be added below. A token of the mesh may replace a
     * token of the caller.
     */
    @Override
    public boolean knowsHeader(String name, Request request) {
        return !name.equalsIgnoreCase("Authorization") && request.header(name) != null;
    }

    @Override
    public @Nullable String header(String name, Request request) {
        List<String> values = request.headers(name);
        return values.isEmpty() ? null : values.size() == 1 ? values.get(0) : String.join(",", values);
    }

    @Override
    public byte @Nullable [] address(Attribute attribute, Request request) {
        return null;
    }

    @Override
    public @Nullable Map<String, Object> claims(Request request) {
        return null;
    }
}
