"""Catalogs and their products."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import Field

from shoppable.api.access import Given, Tenant
from shoppable.api.paging import Cursor, Limit, link_next, page_of
from shoppable.errors import NotFound
from shoppable.model.catalog import Catalog, FeedRow, Product
from shoppable.model.keys import catalog_key, product_key
from shoppable.model.noun import Noun

router = APIRouter(prefix="/v1/catalogs", tags=["catalogs"])


class CatalogResource(Noun):
    """A catalog, how much is in it, and how often it changed."""

    catalog: str
    space: str | None = Field(description="Embedding space of its vectors; None while it is empty.")
    revision: int
    products: int


class CatalogList(Noun):
    catalogs: tuple[CatalogResource, ...]
    next: str | None = Field(description="Cursor of the next page; None on the last.")


class ProductResource(FeedRow):
    """A product as it is offered now."""

    images: tuple[str, ...] = Field(description="URLs of its pictures as they are kept, relative to this list's own.")


class ProductList(Noun):
    products: tuple[ProductResource, ...]
    next: str | None = Field(description="Cursor of the next page; None on the last.")


@router.get("")
def list_catalogs(
    store: Given, tenant: Tenant, request: Request, response: Response, limit: Limit = 100, cursor: Cursor = None
) -> CatalogList:
    """All catalogs."""
    partition = catalog_key(tenant, "").partition
    entries, after = page_of(store.records, partition, Catalog, limit=limit, cursor=cursor)
    link_next(request, response, limit, after)
    return CatalogList(catalogs=tuple(_catalog(entry.value) for entry in entries), next=after)


@router.get("/{catalog}/products")
def list_products(
    store: Given,
    tenant: Tenant,
    catalog: Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")],
    request: Request,
    response: Response,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ProductList:
    """The products of a catalog, by product id."""
    if store.records.get(catalog_key(tenant, catalog), Catalog) is None:
        raise NotFound(f"there is no catalog {catalog}")
    partition = product_key(tenant, catalog, "").partition
    entries, after = page_of(store.records, partition, Product, limit=limit, cursor=cursor)
    link_next(request, response, limit, after)
    return ProductList(products=tuple(_product(entry.value) for entry in entries), next=after)


def _catalog(catalog: Catalog) -> CatalogResource:
    return CatalogResource(
        catalog=catalog.catalog, space=catalog.space, revision=catalog.revision, products=catalog.products
    )


def _product(product: Product) -> ProductResource:
    images = tuple(f"../../pictures/{picture.picture_id}.jpg" for picture in product.pictures)
    return ProductResource(**dict(product.row), images=images)
