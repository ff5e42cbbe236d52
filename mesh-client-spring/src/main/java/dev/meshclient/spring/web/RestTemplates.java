package dev.meshclient.spring.web;

import dev.meshclient.Mesh;
import dev.meshclient.spring.BaseUrls;
import dev.meshclient.spring.MeshClientType;
import dev.meshclient.spring.SpringCloudLoadBalancer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.util.DefaultUriBuilderFactory;

/** Beans of type {@code RestTemplate}. */
final class RestTemplates implements MeshClientType<RestTemplate> {
    private final BeanFactory beans;
    private final SharedRequestFactory factories;

    RestTemplates(BeanFactory beans, SharedRequestFactory factories) {
        this.beans = beans;
        this.factories = factories;
    }

    @Override
    public Class<RestTemplate> type() {
        return RestTemplate.class;
    }

    @Override
    public RestTemplate wrap(RestTemplate bean, String name, String service, Mesh mesh) {
        BaseUrls.check(name, service, baseUrl(bean));
        List<ClientHttpRequestInterceptor> kept = bean.getInterceptors().stream()
                .filter(interceptor -> !SpringCloudLoadBalancer.include(interceptor))
                .toList();
        bean.setInterceptors(kept);
        if (!MockRestServers.answer(bean, beans)) {
            bean.setRequestFactory(factories.get(mesh));
        }
        return plain(bean, service);
    }

    /** Null: it is a template, or unknown. */
    private static @Nullable String baseUrl(RestTemplate client) {
        try {
            return client.getUriTemplateHandler().expand("/").toString();
        } catch (IllegalArgumentException e) { // a variable without a value
            return null;
        }
    }

    /** Templates that begin with a path get the base URL {@code http://<service>}, absolute ones stay. */
    @Override
    public RestTemplate plain(RestTemplate bean, String service) {
        if (bean.getUriTemplateHandler() instanceof DefaultUriBuilderFactory known && !known.hasBaseUri()) {
            DefaultUriBuilderFactory completed = new DefaultUriBuilderFactory("http://" + service);
            completed.setEncodingMode(known.getEncodingMode());
            completed.setParsePath(known.shouldParsePath());
            completed.setDefaultUriVariables(known.getDefaultUriVariables());
            bean.setUriTemplateHandler(completed);
        }
        return bean;
    }

    @Override
    public String example(String annotation) {
        return "@Bean " + annotation + " RestTemplate client(RestTemplateBuilder boot) { return boot.build(); }";
    }
}
