package dev.meshclient.internal.okhttp;

import dev.meshclient.internal.endpoint.Resolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;

/**
 * Resolves names with the platform and the JDK's cache ({@code networkaddress.cache.ttl}, 30 s). Uses only addresses of the
 * first answer's family, which {@code java.net.preferIPv6Addresses} decides: with both families a host would be two endpoints,
 * and where one family has no route half of the calls would fail first.
 */
public final class SystemResolver implements Resolver {
    @Override
    public List<String> addresses(String name) throws UnknownHostException {
        InetAddress[] all = InetAddress.getAllByName(name);
        return Arrays.stream(all)
                .filter(a -> a.getClass() == all[0].getClass())
                .map(a -> withoutScope(a.getHostAddress()))
                .toList();
    }

    private static String withoutScope(String address) {
        int percent = address.indexOf('%');
        return percent < 0 ? address : address.substring(0, percent);
    }
}
