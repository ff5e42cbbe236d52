/** HTTP interfaces in the mesh: their groups, and what their methods state about timeouts and retries. */
@NullMarked
package dev.meshclient.spring.service;

import org.jspecify.annotations.NullMarked;
