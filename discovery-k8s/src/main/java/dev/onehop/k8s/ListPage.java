package dev.onehop.k8s;

import java.util.List;

/**
 * One page of a list, or the pages of a whole list put together.
 *
 * <p>Immutable.
 *
 * @param resourceVersion the version of the list, from which a watch goes on
 * @param continueToken {@code ""} on the last page
 * @param items the objects, those beyond use with a null value
 * @param useless how many objects had not even a name
 */
record ListPage<T>(String resourceVersion, String continueToken, List<Item<T>> items, int useless) {

    ListPage {
        items = List.copyOf(items);
    }
}
