package dev.meshclient.spring.webclient;

import dev.meshclient.Mesh;
import dev.meshclient.spring.BaseUrls;
import dev.meshclient.spring.MeshClientType;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.web.reactive.function.client.WebClient;

/** Beans of type {@code WebClient.Builder}. */
final class WebClients implements MeshClientType<WebClient.Builder> {
    private final BeanFactory beans;
    private final SharedConnector connectors;

    WebClients(BeanFactory beans, SharedConnector connectors) {
        this.beans = beans;
        this.connectors = connectors;
    }

    @Override
    public Class<WebClient.Builder> type() {
        return WebClient.Builder.class;
    }

    @Override
    public Class<?> built() {
        return WebClient.class;
    }

    @Override
    public @Nullable String bootBean() {
        return beans.containsBean("webClientHttpConnectorCustomizer") ? "webClientBuilder" : null;
    }

    @Override
    public WebClient.Builder wrap(WebClient.Builder bean, String name, String service, Mesh mesh) {
        BaseUrls.check(name, service, WebClientBuilders.baseUrl(bean));
        return plain(WebClientBuilders.connect(bean, connectors.get(mesh)), service);
    }

    /** The base URL {@code http://<service>} for a client that has none. */
    @Override
    public WebClient.Builder plain(WebClient.Builder bean, String service) {
        return "".equals(WebClientBuilders.baseUrl(bean)) ? bean.baseUrl("http://" + service) : bean;
    }

    @Override
    public String example(String annotation) {
        return "@Bean(defaultCandidate = false) " + annotation
                + " WebClient.Builder client(WebClient.Builder boot) { return boot; }";
    }
}
