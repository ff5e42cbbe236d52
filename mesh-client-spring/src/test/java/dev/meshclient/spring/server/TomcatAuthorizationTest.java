package dev.meshclient.spring.server;

import org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration;

class TomcatAuthorizationTest extends ServletContract {
    TomcatAuthorizationTest() {
        super(JettyServletWebServerAutoConfiguration.class);
    }
}
