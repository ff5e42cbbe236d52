package dev.meshclient.spring.web;

import dev.meshclient.Mesh;
import dev.meshclient.spring.MeshClientType;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.web.client.RestTemplate;

/** Beans of type {@code RestTemplate}. */
final class RestTemplates implements MeshClientType<RestTemplate> {
    private final BeanFactory beans;
    private final RequestFactories factories;

    RestTemplates(BeanFactory beans, RequestFactories factories) {
        this.beans = beans;
        this.factories = factories;
    }

    @Override
    public Class<RestTemplate> type() {
        return RestTemplate.class;
    }

    @Override
    public RestTemplate wrap(RestTemplate bean, String name, String service, Mesh mesh) {
        if (!MockRestServers.answer(bean, beans)) {
            bean.setRequestFactory(factories.get(mesh));
        }
        return plain(bean, service);
    }

    @Override
    public RestTemplate plain(RestTemplate bean, String service) {
        BaseUrls.complete(bean, service);
        return bean;
    }

    @Override
    public String example(String annotation) {
        return "@Bean " + annotation + " RestTemplate client(RestTemplateBuilder boot) { return boot.build(); }";
    }
}
