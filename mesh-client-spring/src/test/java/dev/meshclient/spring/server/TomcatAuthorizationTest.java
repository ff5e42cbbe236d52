package dev.meshclient.spring.server;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration;

class TomcatAuthorizationTest extends InboundContract {
    TomcatAuthorizationTest() {
        super(WebApplicationType.SERVLET, true, ServletApi.class, JettyServletWebServerAutoConfiguration.class);
    }
}
