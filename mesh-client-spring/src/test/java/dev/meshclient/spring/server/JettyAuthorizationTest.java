package dev.meshclient.spring.server;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;

class JettyAuthorizationTest extends InboundContract {
    JettyAuthorizationTest() {
        super(WebApplicationType.SERVLET, false, ServletApi.class, TomcatServletWebServerAutoConfiguration.class);
    }
}
