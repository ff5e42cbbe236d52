package dev.meshclient.spring.web;

import dev.meshclient.Mesh;
import dev.meshclient.spring.BaseUrls;
import dev.meshclient.spring.MeshClientType;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.web.client.RestClient;

/** Beans of type {@code RestClient.Builder}. */
final class RestClients implements MeshClientType<RestClient.Builder> {
    private final BeanFactory beans;
    private final SharedRequestFactory factories;

    RestClients(BeanFactory beans, SharedRequestFactory factories) {
        this.beans = beans;
        this.factories = factories;
    }

    @Override
    public Class<RestClient.Builder> type() {
        return RestClient.Builder.class;
    }

    @Override
    public Class<?> built() {
        return RestClient.class;
    }

    @Override
    public @Nullable String bootBean() {
        return beans.containsBean("restClientBuilderConfigurer") ? "restClientBuilder" : null;
    }

    @Override
    public RestClient.Builder wrap(RestClient.Builder bean, String name, String service, Mesh mesh) {
        BaseUrls.check(name, service, RestClientBuilders.baseUrl(bean));
        RestClientBuilders.connect(bean, beans, () -> factories.get(mesh));
        return plain(bean, service);
    }

    /** The base URL {@code http://<service>} for a client that has none. */
    @Override
    public RestClient.Builder plain(RestClient.Builder bean, String service) {
        return "".equals(RestClientBuilders.baseUrl(bean)) ? bean.baseUrl("http://" + service) : bean;
    }

    @Override
    public String example(String annotation) {
        return "@Bean(defaultCandidate = false) " + annotation
                + " RestClient.Builder client(RestClientBuilderConfigurer"
                + " boot) { return boot.configure(RestClient.builder()); }";
    }
}
