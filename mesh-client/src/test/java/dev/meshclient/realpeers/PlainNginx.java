package dev.meshclient.realpeers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** nginx without an identity of the mesh. */
final class PlainNginx {
    private static final String SETTINGS = """
            daemon off;
            worker_processes 1;
            pid nginx.pid;
            error_log error.log notice;
            events { worker_connections 1024; }
            http {
              access_log off;
              client_body_temp_path body;
              proxy_temp_path proxy;
              fastcgi_temp_path fastcgi;
              uwsgi_temp_path uwsgi;
              scgi_temp_path scgi;
              server {
                listen 127.0.0.1:%d %s backlog=1024;
                %s
                location / { return 200 "answered"; }
              }
            }
            """;

    private PlainNginx() {}

    /**
     * Starts it.
     *
     * @param listen parameters of its listen directive
     * @param directives for its server, in nginx's words
     */
    static Program start(Path directory, String listen, String directives) throws IOException {
        Path program = Program.find("nginx");
        return Program.start(
                directory,
                port -> Files.writeString(
                        directory.resolve("nginx.conf"), SETTINGS.formatted(port, listen, directives)),
                List.of(program.toString(), "-p", directory.toString(), "-c", "nginx.conf", "-e", "error.log"));
    }
}
