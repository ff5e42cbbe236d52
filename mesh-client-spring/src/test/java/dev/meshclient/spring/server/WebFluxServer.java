package dev.meshclient.spring.server;

/** For tests of other packages. */
public final class WebFluxServer {
    public static final Class<?> AUTO_CONFIGURATION = MeshWebFluxAutoConfiguration.class;

    private WebFluxServer() {}
}
