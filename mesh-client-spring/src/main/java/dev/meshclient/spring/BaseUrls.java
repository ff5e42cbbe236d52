package dev.meshclient.spring;

import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** Base URLs of clients with {@link MeshClient}. */
public final class BaseUrls {
    private BaseUrls() {}

    /** Whether a base URL has the host of this service. */
    public static boolean isOf(String service, String baseUrl) {
        HttpUrl url = HttpUrl.parse(baseUrl);
        return url != null && url.host().equals(hostOf(service));
    }

    private static String hostOf(String service) {
        return HttpUrl.get("http://" + service).host();
    }

    /**
     * Fails the start if an annotated bean has a base URL with another host. The host of a template such as {@code http://{host}} is
     * not known yet.
     *
     * @param baseUrl null or empty: it has none
     * @throws MeshConfigurationException if it has one with another host
     */
    public static void check(String bean, String service, @Nullable String baseUrl) {
        HttpUrl url = baseUrl == null ? null : HttpUrl.parse(baseUrl);
        if (url == null || url.host().indexOf('{') >= 0 || url.host().equals(hostOf(service))) {
            return;
        }
        throw new MeshConfigurationException(
                "The bean '" + bean + "' with @MeshClient(\"" + service + "\") has the base URL '" + baseUrl
                        + "', whose host is another one: its calls would bypass the mesh.",
                "Leave the base URL out, or state http://" + service
                        + ". If the service has both hosts, state that of the base URL in the annotation. For a service on"
                        + " your machine state mesh.client.services." + service + ".url in its place.");
    }
}
