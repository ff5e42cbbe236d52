package dev.meshclient.internal.okhttp.attempt;

import dev.meshclient.internal.okhttp.client.CallerSettings;
import java.net.Proxy;
import java.net.ProxySelector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.SocketFactory;
import okhttp3.Dns;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs once that the endpoints of the policy bypass settings of the caller's client: its proxy, socket factory or Dns. */
final class BypassedSettings {
    private final Logger log;
    private final AtomicBoolean logged = new AtomicBoolean();
    private volatile @Nullable CallerSettings last;

    BypassedSettings() {
        this(LoggerFactory.getLogger("dev.meshclient.connections"));
    }

    BypassedSettings(Logger log) {
        this.log = log;
    }

    /** Checks the settings of a caller; settings are interned, so those of the last call need no check. */
    void look(CallerSettings settings, String service) {
        if (settings == last || logged.get()) {
            return;
        }
        last = settings;
        List<String> bypassed = of(settings);
        if (!bypassed.isEmpty() && !logged.getAndSet(true)) {
            log.info(
                    "the endpoints of '{}' are called directly, without the {} of the client that Mesh.wrap was given; if the"
                            + " service needs it, state resolution NONE for it in the policy (logged once)",
                    service,
                    String.join(" and the ", bypassed));
        }
    }

    private static List<String> of(CallerSettings settings) {
        List<String> bypassed = new ArrayList<>();
        Proxy proxy = settings.proxy();
        if (proxy != null && proxy.type() != Proxy.Type.DIRECT) {
            bypassed.add("proxy " + proxy);
        } else if (proxy == null && settings.proxySelector() != ProxySelector.getDefault()) {
            bypassed.add("proxySelector");
        }
        if (settings.socketFactory() != SocketFactory.getDefault()) {
            bypassed.add("socketFactory");
        }
        if (settings.dns() != Dns.SYSTEM) {
            bypassed.add("dns");
        }
        return bypassed;
    }
}
