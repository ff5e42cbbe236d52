package dev.meshclient.internal.healthcheck;

import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CheckWire;
import okhttp3.HttpUrl;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * The last call to a backend, as far as its checks are sent alike: by its client, to its host, with TLS if it has it.
 *
 * @param url of the call; only scheme, host and port count
 */
record CheckOrigin(CheckWire wire, HttpUrl url) {
    /** Null: the wire of the call sends no checks. */
    static @Nullable CheckOrigin of(Call call) {
        CheckWire wire = call.checks();
        return wire == null ? null : new CheckOrigin(wire, call.request().url());
    }

    /** Whether another call would make no difference. */
    boolean is(Call call) {
        HttpUrl other = call.request().url();
        return call.checks() == wire
                && other.isHttps() == url.isHttps()
                && other.port() == url.port()
                && other.host().equals(url.host());
    }

    /** Carries nothing of the call: no header, no token, no path. */
    Request request(String path) {
        HttpUrl root = new HttpUrl.Builder()
                .scheme(url.scheme())
                .host(url.host())
                .port(url.port())
                .build();
        HttpUrl checked = root.resolve(path);
        return new Request.Builder()
                .url(checked == null ? root : checked)
                .header("User-Agent", "mesh-client-health-check")
                .header("x-mesh-health-check", "true")
                .build();
    }
}
