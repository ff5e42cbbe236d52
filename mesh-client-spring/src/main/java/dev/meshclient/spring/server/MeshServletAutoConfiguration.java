package dev.meshclient.spring.server;

import dev.meshclient.Mesh;
import dev.meshclient.spring.MeshAutoConfiguration;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;

/** The filter for inbound requests of a servlet application. Whether it is on is decided at run time, by {@link InboundDecisions}. */
@AutoConfiguration(after = MeshAutoConfiguration.class)
@ConditionalOnClass({Filter.class, FilterRegistrationBean.class})
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@EnableConfigurationProperties(MeshServerProperties.class)
final class MeshServletAutoConfiguration {
    MeshServletAutoConfiguration() {}

    /** After the observations of Boot, which also count refusals, and before Spring Security. */
    static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 10;

    @Bean
    FilterRegistrationBean<MeshServletFilter> meshServletFilter(
            ObjectProvider<Mesh> mesh, MeshServerProperties properties, Environment environment, BeanFactory beans) {
        String application = PermittedPaths.joined(environment.getProperty("server.servlet.context-path"))
                + PermittedPaths.joined(environment.getProperty("spring.mvc.servlet.path"));
        InboundDecisions decisions = new InboundDecisions(
                mesh::getObject, properties, environment, application, beans.containsBean(PermittedPaths.HEALTH));
        FilterRegistrationBean<MeshServletFilter> filter = new FilterRegistrationBean<>(new MeshServletFilter(
                decisions, new InboundPeers(mesh::getObject, environment), new PeerAddresses(environment)));
        filter.setEnabled(decisions.isEnabled());
        filter.setOrder(ORDER);
        filter.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR);
        filter.setAsyncSupported(true);
        return filter;
    }
}
