/** Which rule a request matches, and which backend its call goes to. */
@NullMarked
package dev.meshclient.internal.route;

import org.jspecify.annotations.NullMarked;
